//! The catalogue of models and the models on disk.
