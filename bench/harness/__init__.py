"""The parts of the benchmark: servers, data, tools, measurement, checks, report."""
