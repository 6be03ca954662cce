// SPDX-License-Identifier: MIT
//
// How it works: a ring of slices addressed by slice number modulo kSlices, and their running sum.
// Moving forward clears the slices that fall out and takes them off the sum, so a question costs
// no more than the time that passed since the last one.
#include "core/rate_window.h"

#include <algorithm>

#include "core/assert.h"

namespace gatewatch {

Counts& Counts::operator+=(const Counts& other) {
  probes += other.probes;
  bad += other.bad;
  bad_502 += other.bad_502;
  gateway += other.gateway;
  return *this;
}

Counts& Counts::operator-=(const Counts& other) {
  probes -= other.probes;
  bad -= other.bad;
  bad_502 -= other.bad_502;
  gateway -= other.gateway;
  return *this;
}

RateWindow::RateWindow(Duration span)
    : span_(span), slice_length_(std::max(span / (kSlices - 1), Duration(1))) {
  GW_ASSERT(span > Duration::zero());
}

int64_t RateWindow::slice_of(SteadyTime at) const {
  const auto since_epoch = at.time_since_epoch();
  int64_t slice = since_epoch / slice_length_;
  if (since_epoch % slice_length_ < Duration::zero()) {
    --slice;  // instants before the epoch round down too
  }
  return slice;
}

Counts& RateWindow::at_slice(int64_t slice) {
  const int64_t index = ((slice % kSlices) + kSlices) % kSlices;
  return slices_[static_cast<size_t>(index)];
}

void RateWindow::advance(int64_t slice) {
  if (!started_) {
    started_ = true;
    newest_ = slice;
    return;
  }
  if (slice - newest_ >= kSlices) {
    slices_.fill({});
    sum_ = {};
    newest_ = slice;
    return;
  }
  while (newest_ < slice) {
    ++newest_;
    sum_ -= at_slice(newest_);
    at_slice(newest_) = {};
  }
}

void RateWindow::add(SteadyTime at, const Counts& counts) {
  const int64_t slice = slice_of(at);
  advance(slice);
  if (newest_ - slice >= kSlices) {
    return;
  }
  at_slice(slice) += counts;
  sum_ += counts;
}

const Counts& RateWindow::sum(SteadyTime now) {
  advance(slice_of(now));
  return sum_;
}

}  // namespace gatewatch
