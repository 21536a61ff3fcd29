//! Settings of GeoJSON files.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How features become rows.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct GeoJson {
    /// How geometries are read: `wkt`, for example `POINT (4.35 50.85)`, which databases take; or `geojson`, as they stand
    /// in the file. Default `wkt`.
    pub(in crate::file) geometry: Shape,

    /// Name of the column of the geometry. Default `geometry`.
    pub(in crate::file) column: String,

    /// Name of the column of the identity that a feature may have besides its properties. Default `id`.
    pub(in crate::file) id: String,
}

/// How rows become features.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct GeoJsonOut {
    /// Name of the column with the geometry, as well-known text or as GeoJSON text. A value that is neither sends its row
    /// to quarantine. Default `geometry`.
    pub(in crate::file) column: String,

    /// Name of the column with the identity of the feature, which holds text or numbers. There need not be one. Default
    /// `id`.
    pub(in crate::file) id: String,

    /// Whether each feature is a line of its own, for readers that take them one by one, instead of an element of one
    /// collection. Default `false`, and `true` for `.geojsonl` and `.geojsons` files.
    pub(in crate::file) lines: Option<bool>,
}

impl Default for GeoJsonOut {
    fn default() -> Self {
        GeoJsonOut { column: "geometry".into(), id: "id".into(), lines: None }
    }
}

impl Default for GeoJson {
    fn default() -> Self {
        GeoJson { geometry: Shape::default(), column: "geometry".into(), id: "id".into() }
    }
}

/// How geometries are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Shape {
    /// Well-known text.
    #[default]
    Wkt,
    /// GeoJSON text.
    Geojson,
}
