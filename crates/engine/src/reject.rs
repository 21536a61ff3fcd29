//! The operator that sends rows to quarantine.
