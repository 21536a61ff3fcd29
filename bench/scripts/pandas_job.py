"""Does a case with pandas: `pandas_job.py KIND SOURCE NAME TARGET [CUSTOMERS]`."""

import csv
import io
import sys

import pandas
import pyarrow
import pyarrow.parquet
import sqlalchemy

CHUNK = 100_000
DATES = ["ordered_on", "updated_at"]


def copy(table, connection, keys, rows):
    """Inserts rows by COPY."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    text.seek(0)
    columns = ", ".join(f'"{key}"' for key in keys)
    with connection.connection.cursor() as cursor:
        cursor.copy_expert(f"copy {table.name} ({columns}) from stdin (format csv)", text)


def load(frames, name, target):
    """Appends data frames to a table that the first of them makes."""
    engine = sqlalchemy.create_engine(target)
    with engine.begin() as connection:
        for frame in frames:
            # JSON arrives as objects; COPY wants its text.
            for column in frame.columns:
                if column == "payload":
                    frame[column] = frame[column].map(as_text)
            frame.to_sql(name, connection, index=False, if_exists="append", method=copy)


def write(frames, target):
    """Writes data frames as one Parquet file."""
    writer = None
    for frame in frames:
        rows = pyarrow.Table.from_pandas(frame, preserve_index=False)
        writer = writer or pyarrow.parquet.ParquetWriter(target, rows.schema)
        writer.write_table(rows.cast(writer.schema))
    writer.close()


def tidied(source):
    """The rows of the messy export: its first column is text because of the total in the last row."""
    kinds = {"id": "str", "status": "str", "note": "str", "rate": "float64", "amount": "float64"}
    reader = pandas.read_csv(
        source, sep=";", decimal=",", encoding="cp1252", skiprows=3, skip_blank_lines=False, dtype=kinds,
        true_values=["oui"], false_values=["non"], chunksize=CHUNK,
    )  # fmt: skip
    for frame in reader:
        frame = frame[frame["id"] != "Total"]
        yield frame.assign(
            id=frame["id"].astype("int64"),
            customer=frame["customer"].astype("int64"),
            active=frame["active"].astype("bool"),
            ordered_on=pandas.to_datetime(frame["ordered_on"], format="%d/%m/%Y"),
            updated_at=pandas.to_datetime(frame["updated_at"], format="%d/%m/%Y %H:%M:%S"),
        )


def as_text(value):
    """The JSON text of a value that the driver may have parsed."""
    import json

    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def main(kind, source, name, target, customers=None):
    """Does one case."""
    if kind == "table":
        engine = sqlalchemy.create_engine(source)
        with engine.connect().execution_options(stream_results=True) as connection:
            load(pandas.read_sql(sqlalchemy.text(f"select * from {name}"), connection, chunksize=CHUNK), name, target)
    elif kind == "csv":
        load(pandas.read_csv(source, chunksize=CHUNK, parse_dates=DATES), name, target)
    elif kind == "parquet":
        batches = pyarrow.parquet.ParquetFile(source).iter_batches(CHUNK)
        load((batch.to_pandas() for batch in batches), name, target)
    elif kind == "to-parquet":
        pandas.read_csv(source, engine="pyarrow", parse_dates=DATES).to_parquet(target, index=False)
    elif kind == "to-parquet-in-chunks":
        write(pandas.read_csv(source, chunksize=CHUNK, parse_dates=DATES), target)
    elif kind == "workbook":
        pandas.read_excel(source, engine="openpyxl").to_parquet(target, index=False)
    elif kind == "messy":
        write(tidied(source), target)
    elif kind == "pipeline":
        orders = pandas.read_csv(source, engine="pyarrow", usecols=["customer", "status", "amount", "rate"])
        people = pandas.read_sql("select id, region from customers", sqlalchemy.create_engine(customers))
        kept = orders[(orders.amount > 20000) & (orders.status != "cancelled")]
        joined = kept.merge(people, left_on="customer", right_on="id")
        totals = joined.groupby(["region", "status"], as_index=False).agg(
            orders=("amount", "size"), total=("amount", "sum"), top=("rate", "max")
        )
        load([totals], name, target)


main(*sys.argv[1:])
