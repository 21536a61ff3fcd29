#!/usr/bin/env python3
"""Compares the calendars of Towpath, day by day, with two libraries that others keep up to date.

`make test` installs them (tools/calendars.txt), builds the example that prints the calendars, and runs this.

Every weekday from 2000 to 2060 on which one side is open and the other is not is printed with its reason, where one is
known. The exit code is 1 when a difference has none. Weekends are closed on both sides. Weekday holidays of exchanges
come from exchange_calendars, public holidays from holidays.
"""

import datetime
import pathlib
import subprocess
import sys

import exchange_calendars
import holidays

FIRST, LAST = 2000, 2060
ROOT = pathlib.Path(__file__).resolve().parent.parent


def ours(name):
    """Closed weekdays, as the program prints them."""
    command = [ROOT / "target/debug/examples/calendar", name, str(FIRST), str(LAST)]
    output = subprocess.run(command, check=True, capture_output=True, text=True)
    days = {}
    for line in output.stdout.splitlines():
        day, _, title = line.partition(" ")
        days[datetime.date.fromisoformat(day)] = title
    return {day: title for day, title in days.items() if day.weekday() < 5}


def public(country, subdiv=None):
    """Closed weekdays of a country. One year more: a holiday may be observed in the year before."""
    found = holidays.country_holidays(country, subdiv=subdiv, years=range(FIRST, LAST + 2), language="en_US")
    return {day: title for day, title in found.items() if day.weekday() < 5 and FIRST <= day.year <= LAST}


def exchange(name):
    """Weekdays without a session."""
    calendar = exchange_calendars.get_calendar(name, start=f"{FIRST}-01-01", end=f"{LAST}-12-31")
    sessions = {session.date() for session in calendar.sessions}
    day, last, closed = datetime.date(FIRST, 1, 1), datetime.date(LAST, 12, 31), {}
    while day <= last:
        if day.weekday() < 5 and day not in sessions:
            closed[day] = "no session"
        day += datetime.timedelta(days=1)
    return closed


CALENDARS = {
    "FR": lambda: public("FR"),
    "BE": lambda: public("BE"),
    "CA-QC": lambda: public("CA", "QC"),
    "US": lambda: public("US"),
    "TSX": lambda: exchange("XTSE"),
    "NYSE": lambda: exchange("XNYS"),
}


def reason(name, day, is_ours):
    """Why a difference is right, or None."""
    if name == "CA-QC" and is_ours and day.month == 5 and day.year < 2003:
        return "the Monday before 25 May was a holiday under the name of Dollard before it was the patriots'"
    return None


def main():
    unexplained = 0
    for name, theirs in CALENDARS.items():
        left, right = ours(name), theirs()
        differences = [(day, left[day], True) for day in left.keys() - right.keys()]
        differences += [(day, right[day], False) for day in right.keys() - left.keys()]
        known = {}
        for day, title, is_ours in sorted(differences):
            why = reason(name, day, is_ours)
            if why is None:
                unexplained += 1
                side = "closed here, open there" if is_ours else "open here, closed there"
                print(f"{name}: {day} {day:%a}: {side}: {title}")
            else:
                known.setdefault(why, []).append(day)
        same = len(left.keys() & right.keys())
        print(f"{name}: {same} closed weekdays agree, {len(differences)} differ")
        for why, days in known.items():
            print(f"  {len(days)} explained ({days[0]} to {days[-1]}): {why}")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
