"""Makes a workbook of the sales in a CSV file, with types: `workbook.py SOURCE TARGET`."""

import csv
import datetime
import os
import sys

import xlsxwriter

source, target = sys.argv[1:]
book = xlsxwriter.Workbook(target, {"tmpdir": os.path.dirname(target)})
sheet = book.add_worksheet("Sales")
day = book.add_format({"num_format": "yyyy-mm-dd"})
moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
money = book.add_format({"num_format": "0.00"})
EPOCH = datetime.datetime(1899, 12, 30)


def serial(text):
    """The number that a workbook keeps for a date or a timestamp: to the millisecond, which it can tell for sure."""
    span = datetime.datetime.fromisoformat(text).replace(tzinfo=None) - EPOCH
    return span.days + span.seconds / 86400 + span.microseconds // 1000 / 86400e3


with open(source, newline="", encoding="utf-8") as lines:
    rows = csv.DictReader(lines)
    sheet.write_row(0, 0, rows.fieldnames)
    for at, row in enumerate(rows, 1):
        for column, (name, value) in enumerate(row.items()):
            if value == "":
                continue
            match name:
                case "id" | "customer":
                    sheet.write_number(at, column, int(value))
                case "amount":
                    sheet.write_number(at, column, float(value), money)
                case "rate":
                    sheet.write_number(at, column, float(value))
                case "active":
                    sheet.write_boolean(at, column, value in ("t", "true"))
                case "ordered_on":
                    sheet.write_number(at, column, serial(value), day)
                case "updated_at":
                    sheet.write_number(at, column, serial(value), moment)
                case _:
                    sheet.write_string(at, column, value)
book.close()
