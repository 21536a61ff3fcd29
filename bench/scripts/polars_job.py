"""Does a case with Polars: `polars_job.py plain|messy|workbook SAMPLE SOURCE TARGET`; types from SAMPLE rows, 0 for all."""

import sys

import polars


def main(kind, sample, source, target):
    """Does one case."""
    rows = int(sample) or None
    if kind == "workbook":
        polars.read_excel(source).write_parquet(target, compression="snappy")
        return
    if kind == "plain":
        frame = polars.scan_csv(source, infer_schema_length=rows, try_parse_dates=True)
    else:
        frame = polars.scan_csv(source, infer_schema_length=rows, separator=";", decimal_comma=True).with_columns(
            polars.col("ordered_on").str.to_date("%d/%m/%Y"),
            polars.col("updated_at").str.to_datetime("%d/%m/%Y %H:%M:%S"),
            polars.col("active") == "oui",
        )
    frame.sink_parquet(target, compression="snappy")


main(*sys.argv[1:])
