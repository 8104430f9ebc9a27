//! The bodies, byte for byte, and the events of each protocol.
