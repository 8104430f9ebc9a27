//! Doubles and temporary surroundings for tests.
