//! Expressions and SQL in documents: one language everywhere, DataFusion's SQL.
