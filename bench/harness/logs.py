"""A machine's log of any length: the same day again and again, under another date."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from .checks import Wrong

LINES_OF_A_DAY = 10_000
FIRST_DAY = date(2001, 1, 1)
# In days of the file, lines that nobody can read.
BAD = [b"%s 12:00:00|@JobProfiel: R:AX4410 C:W12\n", b"%s 25:00:00|@MachineStart\n", b"verbinding verbroken \xb0\n"]


def _day() -> list[bytes]:
    """The lines of a day; `%s` stands for the date."""
    lines = []
    for number in range(LINES_OF_A_DAY - len(BAD)):
        second = number * 8
        clock = b"%02d:%02d:%02d" % (second // 3600 % 24, second // 60 % 60, second % 60)
        match number % 20:
            case 0:
                event = b"MachineStop"
            case 1:
                event = b"MachineStart"
            case 2:
                event = b"JobProfiel: R:AX%d L:%d.%d C:W12 G PVC" % (4410 + number % 9, 4800 + number % 900, number % 10)
            case 3 | 4 | 5 | 6:
                event = b"MachineWait: %d sec" % (number % 90) if number % 3 else b"MachineWait: %d.5 sec" % (number % 90)
            case _:
                event = b"StukUitgevoerd: %d" % number
        lines.append(b"%s " + clock + b"|@" + event + b"\n")
    for place, bad in enumerate(BAD):
        lines.insert(1000 * (place + 1), bad)
    return lines


@dataclass
class Log:
    """A log of so many lines, rounded to whole days."""

    path: Path
    wanted: int

    @property
    def days(self) -> int:
        return max(1, self.wanted // LINES_OF_A_DAY)

    @property
    def lines(self) -> int:
        return self.days * LINES_OF_A_DAY

    def write(self) -> None:
        """Writes the file."""
        day = b"".join(_day())
        with open(self.path, "wb") as out:
            for number in range(self.days):
                out.write(day.replace(b"%s", self._date(number).strftime("%Y%m%d").encode()))

    def _date(self, number: int) -> date:
        return FIRST_DAY + timedelta(days=number)

    def check_lines(self, found: int) -> None:
        """Whether these are all lines."""
        if found != self.lines:
            raise Wrong(f"{found} lines, not {self.lines}")

    def check_counts(self, found: list[str]) -> None:
        """Whether this is what counting the events gives."""
        rows = {line.split(",")[0]: line.split(",")[1:] for line in found[1:]}
        expected: dict[str, list] = {}
        for line in _day():
            if line in BAD:
                continue
            clock, _, event = line.partition(b"|@")
            name, _, details = event.decode("latin-1").strip().partition(":")
            sums = expected.setdefault(name, [0, 0.0, 0.0, ""])
            sums[0] += self.days
            sums[3] = max(sums[3], clock.decode().removeprefix("%s "))
            if name == "MachineWait":
                sums[1] += float(details.split()[0]) * self.days
            if name == "JobProfiel":
                sums[2] += float(details.split("L:")[1].split()[0]) * self.days
        if set(rows) != set(expected):
            raise Wrong(f"events {sorted(rows)}, not {sorted(expected)}")
        for name, (events, seconds, length, _) in expected.items():
            count, waited, total, _ = rows[name]
            numbers = (float(count), float(waited or 0), float(total or 0))
            if any(abs(one - other) > 0.01 for one, other in zip(numbers, (events, seconds, length))):
                raise Wrong(f"{name}: {numbers}, not {(events, seconds, length)}")
