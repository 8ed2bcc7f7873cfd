//! Filled by its slices.
