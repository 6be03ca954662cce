# SPDX-License-Identifier: MIT
"""The monitors that are compared. Each has a function measure(world, job) that runs it for a
warm-up and a window, and returns {name: figures}; figures that only it can tell come with those
that meter.Window takes of everyone."""
