// SPDX-License-Identifier: MIT
#include "core/sample.h"

namespace gatewatch {

std::string_view to_string(Purpose purpose) {
  switch (purpose) {
    case Purpose::Scheduled:
      return "scheduled";
    case Purpose::Confirm:
      return "confirm";
    case Purpose::Diagnosis:
      return "diagnosis";
    case Purpose::Manual:
      return "manual";
  }
  return "scheduled";
}

}  // namespace gatewatch
