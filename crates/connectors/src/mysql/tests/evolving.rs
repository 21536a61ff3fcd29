//! Contracts: tables that change with the data, and those that do not.

use arrow::array::{
    Date32Array, Decimal128Array, Float64Array, Int64Array, StringArray, TimestampMicrosecondArray,
};
use towpath_connect::{Change, ChangeSink, Fitter};
use towpath_model::FaultKind;
use towpath_model::contract::ContractRule;

use super::*;

struct Nobody;

impl ChangeSink for Nobody {
    fn columns(&mut self, _: &[String], _: &[String]) -> Result<(), Fault> {
        Ok(())
    }

    fn change(&mut self, _: Change) -> Result<(), Fault> {
        Ok(())
    }
}

fn wide() -> RecordBatch {
    batch(vec![
        ("id", Arc::new(Int64Array::from(vec![5_000_000_000])) as ArrayRef),
        ("amount", Arc::new(Decimal128Array::from(vec![123_456]).with_precision_and_scale(12, 4).unwrap())),
        ("share", Arc::new(Float64Array::from(vec![0.1]))),
        ("word", Arc::new(StringArray::from(vec!["longer than ten characters"]))),
        ("code", Arc::new(StringArray::from(vec!["x"]))),
        ("day", Arc::new(TimestampMicrosecondArray::from(vec![1]))),
        ("fresh", Arc::new(Date32Array::from(vec![1]))),
    ])
}

const TABLE: &str = "create table t (id int unsigned not null primary key comment 'it''s, a key', \
     amount decimal(6,2) not null default 1.50, share float, word varchar(10) character set latin1 default 'none', \
     code varchar(5), day date, index (code)); \
     insert into t (id, day) values (1, '2020-02-02')";

#[tokio::test]
async fn columns_grow_in_place_at_the_commit_and_keep_everything_else() {
    let db = towpath_testkit::mariadb();
    db.sql(TABLE);
    db.sql("alter table t change word old_word varchar(10) character set latin1 default 'none'");
    let before = db.sql("show create table t");
    let rows = wide();
    let mut request = request(rows.schema(), WriteMode::Upsert, &["id"]);
    request.contract.columns = ContractRule::Evolve;
    request.contract.types = ContractRule::Evolve;
    request.contract.renames.insert("old_word".into(), "word".into());
    // A look at what would change changes nothing.
    let mut trial = destination(&db, json!({ "table": "t" })).begin(request.clone()).await.unwrap();
    trial.write(rows.clone()).await.unwrap();
    let told = trial.preview(&mut Nobody).await.unwrap().unwrap();
    assert_eq!((told.inserted, told.updated), (1, 0));
    trial.abort().await.unwrap();
    assert_eq!(db.sql("show create table t"), before);

    let load_it = |request: LoadRequest| load(&db, json!({ "table": "t" }), request, rows.clone());
    let receipt = load_it(request.clone()).await.unwrap();
    assert_eq!(
        receipt.notes,
        [
            "renamed column `old_word` to `word`",
            "changed column `id` from int unsigned to bigint",
            "changed column `amount` from decimal(6,2) to decimal(12,4)",
            "changed column `share` from float to double",
            "changed column `word` from varchar(10) to longtext",
            "changed column `day` from date to datetime(6)",
            "added column `fresh` date",
        ]
    );
    let shown = db.sql("show create table t");
    for part in [
        "`id` bigint(20) NOT NULL COMMENT 'it''s, a key'",
        "`amount` decimal(12,4) NOT NULL DEFAULT 1.50",
        "`word` longtext CHARACTER SET latin1 COLLATE latin1_swedish_ci DEFAULT 'none'",
        "`code` varchar(5)",
        "`day` datetime(6)",
    ] {
        assert!(shown.contains(part), "{part} in\n{shown}");
    }
    assert_eq!(
        db.sql("select * from t order by id"),
        "1\t1.5000\tNULL\tnone\tNULL\t2020-02-02 00:00:00.000000\tNULL\n\
         5000000000\t12.3456\t0.1\tlonger than ten characters\tx\t1970-01-01 00:00:00.000001\t1970-01-02"
    );
    // Done once, nothing is left to change.
    request.load_id = LoadId::generate();
    assert_eq!(load_it(request).await.unwrap().notes, Vec::<String>::new());
}

#[tokio::test]
async fn frozen_types_refuse_what_could_be_refused_before_anything_is_written() {
    let db = towpath_testkit::mariadb();
    db.sql(TABLE);
    let mut request = request(wide().project(&[0, 1, 3]).unwrap().schema(), WriteMode::Append, &[]);
    request.contract.types = ContractRule::Freeze;
    let Err(fault) = destination(&db, json!({ "table": "t" })).begin(request).await else {
        panic!("a frozen table takes other types");
    };
    assert_eq!(fault.kind(), FaultKind::Contract);
    for column in ["`id` (int unsigned)", "`amount` (decimal(6,2))", "`word` (varchar(10))"] {
        assert!(fault.message().contains(column), "{column}: {fault}");
    }
    // A table takes what it gave itself.
    let own = read_table(&db, "t").await;
    let mut request = super::request(own.schema(), WriteMode::Upsert, &["id"]);
    request.contract.types = ContractRule::Freeze;
    let own_types = destination(&db, json!({ "table": "t" })).begin(request).await;
    let fault = own_types.err().map(|fault| fault.to_string()).unwrap_or_default();
    // Only text: the column holds fewer characters than Unicode has.
    assert!(fault.ends_with("`word` (varchar(10))"), "{fault}");
}

#[tokio::test]
async fn values_and_rows_are_discarded_as_the_contract_says() {
    let db = towpath_testkit::mariadb();
    db.sql("create table t (id int primary key, n tinyint)");
    let rows = batch(vec![
        ("more", Arc::new(StringArray::from(vec![Some("here"), None, None])) as ArrayRef),
        ("id", Arc::new(Int64Array::from(vec![1, 2, 3]))),
        ("n", Arc::new(Int64Array::from(vec![1, 2, 300]))),
    ]);
    for (chunked, key) in [(false, &[][..]), (false, &["id"][..]), (true, &["id"][..])] {
        db.sql("delete from t");
        let mut request = request(rows.schema(), WriteMode::Append, key);
        request.contract.columns = ContractRule::DiscardRow;
        request.contract.types = ContractRule::DiscardValue;
        request.chunks = chunked.then(|| vec![towpath_connect::Chunk { token: "all".into(), rows: None }]);
        let mut load = destination(&db, json!({ "table": "t" })).begin(request).await.unwrap();
        let mut fitter = Fitter::new(rows.schema(), load.columns().to_vec()).unwrap();
        let (fitted, rejects) = fitter.fit(rows.clone()).unwrap();
        let told: Vec<_> =
            rejects.iter().map(|reject| (reject.column.as_deref(), reject.value_only)).collect();
        assert_eq!(told, [(Some("more"), false), (Some("n"), true)]);
        if chunked {
            let mut lane = load.lane().await.unwrap();
            lane.write(fitted).await.unwrap();
            lane.seal(0, "").await.unwrap();
        } else {
            load.write(fitted).await.unwrap();
        }
        load.commit().await.unwrap();
        assert_eq!(db.sql("select * from t order by id"), "2\t2\n3\tNULL");
    }
}
