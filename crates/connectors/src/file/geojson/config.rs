//! Settings of GeoJSON files.

use schemars::JsonSchema;
use serde::Deserialize;

/// How features become rows, and rows features.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct GeoJson {
    /// How geometries are read: `wkt`, for example `POINT (4.35 50.85)`, which databases take; or `geojson`, as they stand
    /// in the file. When writing, both are understood. Default `wkt`.
    pub(in crate::file) geometry: Shape,

    /// Name of the column of the geometry. Default `geometry`.
    pub(in crate::file) column: String,

    /// Name of the column of the identity that a feature may have besides its properties. Default `id`.
    pub(in crate::file) id: String,
}

impl Default for GeoJson {
    fn default() -> Self {
        GeoJson { geometry: Shape::default(), column: "geometry".into(), id: "id".into() }
    }
}

/// How geometries are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Shape {
    /// Well-known text.
    #[default]
    Wkt,
    /// GeoJSON text.
    Geojson,
}
