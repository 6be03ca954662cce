# SPDX-License-Identifier: MIT
"""Real gateways before an upstream that fails in every way we know, and what gatewatch makes of it.

  faults       what can be wrong with an upstream, and the true cause
  upstreams    an upstream for each fault
  gateway      one gateway with a path for each fault; nginx, haproxy, … are its kinds
  request      one request as raw bytes
  capture      answers and log lines in files, laid out like tests/captures
  judge        what `gatewatch probe` says, beside the truth
  report       the table of it
"""
