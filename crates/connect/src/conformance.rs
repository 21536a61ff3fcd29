//! The conformance laws: what every connector must keep, run on real systems.
