//! GeoJSON in and out.

use proptest::prelude::*;

use super::*;

async fn try_geo(name: &str, text: &str, geojson: Value) -> Result<Read, Fault> {
    let folder = tempfile::tempdir().unwrap();
    write_file(folder.path(), name, text);
    let mut settings = json!({ "path": name });
    if !geojson.is_null() {
        settings["geojson"] = geojson;
    }
    try_read(folder.path(), settings).await
}

const PLACES: &str = r#"{
  "type": "FeatureCollection",
  "name": "places", "crs": { "type": "name", "properties": { "name": "urn:ogc:def:crs:EPSG::31370" } },
  "features": [
    { "type": "Feature", "id": 1, "bbox": [1,2,3,4], "properties": { "name": "Brussels", "people": 1200000, "é": [1] },
      "geometry": { "type": "Point", "coordinates": [4.3517000, 50.8466, 13] } },
    { "type": "Feature", "id": 2, "properties": null, "geometry": null, "style": {} },
    { "type": "Feature", "id": 3, "properties": { "name": "bad" }, "geometry": { "type": "Point", "coordinates": [1] } },
    { "type": "Feature", "id": 4, "properties": { "name": "\u00e9" }, "geometry": { "type": "GeometryCollection", "geometries": [
      { "type": "Point", "coordinates": [1,2] }, { "type": "LineString", "coordinates": [[1,2],[3,4]] } ] } }
  ] }
"#;

#[tokio::test]
async fn features_become_rows() {
    let read = try_geo("p.geojson", PLACES, Value::Null).await.unwrap();
    assert_eq!(read.columns(), ["id int64", "name text", "people int64", "é json", "geometry text"]);
    assert_eq!(
        read.rows(),
        [
            "1 | Brussels | 1200000 | [1] | POINT Z (4.3517000 50.8466 13)",
            "2 | ∅ | ∅ | ∅ | ∅",
            "4 | é | ∅ | ∅ | GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (1 2, 3 4))",
        ]
    );
    let reject = &read.rejects[0];
    assert_eq!((reject.place.as_str(), reject.column.as_deref()), ("p.geojson:8", Some("geometry")));
    assert_eq!(reject.reason, "a position has 1 numbers");
    let notes = read.info.notes.join("\n");
    assert!(notes.contains("`urn:ogc:def:crs:EPSG::31370`") && notes.contains("`style`"), "{notes}");
}

#[tokio::test]
async fn lines_sequences_and_lists_of_features() {
    let line = r#"{"type":"Feature","properties":{"a":1},"geometry":{"type":"Point","coordinates":[1,2]}}"#;
    let lines = format!("{line}\n{line}\n");
    for (name, text) in [
        ("a.geojsonl", lines.clone()),
        ("a.geojson", lines.clone()),
        ("a.geojsons", format!("\u{1e}{line}\n\u{1e}{line}\n")),
        ("a.geojson", format!("[{line},{line}]")),
        ("a.geojson", format!("{{\"features\":[{line},{line}],\"type\":\"FeatureCollection\"}}")),
    ] {
        let read = try_geo(name, &text, Value::Null).await.unwrap();
        assert_eq!(read.rows(), ["1 | POINT (1 2)", "1 | POINT (1 2)"], "{text}");
    }
    let shape = r#"{"type":"Point","coordinates":[1,2]}"#;
    let read = try_geo("a.geojson", shape, json!({ "geometry": "geojson", "column": "g" })).await.unwrap();
    assert_eq!((read.columns(), read.rows()), (vec!["g json".to_owned()], vec![shape.to_owned()]));
}

#[tokio::test]
async fn an_identity_and_a_property_of_its_name() {
    let feature = |property: &str| {
        format!(r#"{{"type":"Feature","id":"a","properties":{{"id":{property}}},"geometry":null}}{}"#, "\n")
    };
    let same = try_geo("a.geojsonl", &feature("\"a\""), Value::Null).await.unwrap();
    assert_eq!((same.rows().len(), same.rejects.len()), (1, 0));
    let other = try_geo("a.geojsonl", &feature("7"), Value::Null).await.unwrap();
    assert!(other.rejects[0].reason.contains("geojson: { id: … }"));
    let named = try_geo("a.geojsonl", &feature("7"), json!({ "id": "feature" })).await.unwrap();
    assert_eq!(named.columns()[..2], ["feature text", "id int64"]);
}

#[tokio::test]
async fn rows_become_features_and_bad_geometries_are_set_apart() {
    let folder = tempfile::tempdir().unwrap();
    let csv = "id,name,shape\n1,x,POINT (1 2)\n2,y,POINT (1)\n3,\"q\"\"\",\n4,z,\"{\"\"type\"\":\"\"Point\"\",\"\"coordinates\"\":[3,4]}\"\n";
    write_file(folder.path(), "in.csv", csv);
    let read = try_read(folder.path(), json!({ "path": "in.csv" })).await.unwrap();
    let schema = read.info.schema.clone();
    let settings = json!({ "path": "out.geojson", "geojson": { "column": "shape" } });
    let destination = connector().destination(&json!({}), &settings, &Context::new(folder.path())).unwrap();
    let rejects = Arc::new(MemoryRejects::default());
    let request = LoadRequest {
        mode: WriteMode::Overwrite,
        ..LoadRequest::new(LoadId::generate(), "test/load", schema.clone(), rejects.clone())
    };
    let mut load = destination.begin(request).await.unwrap();
    for batch in &read.batches {
        load.write(batch.clone()).await.unwrap();
    }
    assert_eq!(load.commit().await.unwrap().written, 3);
    let rejects = rejects.all();
    assert_eq!(rejects.len(), 1);
    assert_eq!(rejects[0].place, "row 2");
    assert_eq!(rejects[0].reason, "is no geometry: a position has 1 numbers");
    assert_eq!(rejects[0].original, r#"{"id":2,"name":"y","shape":"POINT (1)"}"#);
    let text = std::fs::read_to_string(folder.path().join("out.geojson")).unwrap();
    let collection: ::geojson::FeatureCollection = text.parse().unwrap();
    assert_eq!(collection.features.len(), 3);
    assert_eq!(collection.features[1].geometry, None);
    let missing = json!({ "path": "o.geojson" });
    let fault = load_of(folder.path(), missing, &read).await.unwrap_err();
    assert_eq!(fault.to_string(), "there is no column `geometry` with geometries to write");
}

async fn load_of(folder: &Path, settings: Value, read: &Read) -> Result<Receipt, Fault> {
    load(folder, settings, WriteMode::Overwrite, read.info.schema.clone(), &read.batches).await
}

fn position() -> impl Strategy<Value = String> {
    (-180.0..180.0f64, -90i32..90).prop_map(|(x, y)| format!("{x} {y}"))
}

fn wkt() -> impl Strategy<Value = String> {
    let line =
        prop::collection::vec(position(), 2..5).prop_map(|all| format!("({})", all.join(", "))).boxed();
    let rings =
        prop::collection::vec(line.clone(), 1..3).prop_map(|all| format!("({})", all.join(", "))).boxed();
    let leaf = prop_oneof![
        position().prop_map(|one| format!("POINT ({one})")),
        Just("POLYGON EMPTY".to_owned()),
        prop::collection::vec(position(), 1..4).prop_map(|all| format!(
            "MULTIPOINT ({})",
            all.iter().map(|one| format!("({one})")).collect::<Vec<_>>().join(", ")
        )),
        line.prop_map(|line| format!("LINESTRING {line}")),
        rings.clone().prop_map(|rings| format!("POLYGON {rings}")),
        rings.clone().prop_map(|rings| format!("MULTILINESTRING {rings}")),
        prop::collection::vec(rings, 1..3).prop_map(|all| format!("MULTIPOLYGON ({})", all.join(", "))),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop::collection::vec(inner, 1..3).prop_map(|all| format!("GEOMETRYCOLLECTION ({})", all.join(", ")))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn what_is_written_is_read_back(rows in prop::collection::vec((any::<i64>(), "\\PC{0,8}", prop::option::of(wkt())), 1..8), lines: bool) {
        use arrow::array::{Int64Array, StringArray};
        use arrow::datatypes::{DataType, Field, Schema};
        let schema = Arc::new(Schema::new(vec![
            Field::new("id", DataType::Int64, true),
            Field::new("na\"me", DataType::Utf8, true),
            Field::new("geometry", DataType::Utf8, true),
        ]));
        let batch = RecordBatch::try_new(schema.clone(), vec![
            Arc::new(rows.iter().map(|row| Some(row.0)).collect::<Int64Array>()),
            Arc::new(rows.iter().map(|row| Some(format!("t{}", row.1))).collect::<StringArray>()),
            Arc::new(rows.iter().map(|row| row.2.clone()).collect::<StringArray>()),
        ]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let name = if lines { "f.geojsonl" } else { "f.geojson" };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let read = runtime.block_on(async {
            load(folder.path(), json!({ "path": name }), WriteMode::Overwrite, schema, std::slice::from_ref(&batch)).await.unwrap();
            try_read(folder.path(), json!({ "path": name })).await.unwrap()
        });
        prop_assert_eq!(read.rejects, vec![]);
        prop_assert_eq!(read.batches.iter().flat_map(super::rows).collect::<Vec<_>>(), super::rows(&batch));
    }
}
