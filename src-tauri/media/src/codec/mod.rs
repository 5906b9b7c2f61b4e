//! The codecs, each at its own rate: samples are `f32`, full scale ±1.0.

pub mod g711;
