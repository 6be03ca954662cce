# Fails where docs/signatures.md is not what the program prints today.
execute_process(COMMAND ${REPORT} ${CAPTURES} OUTPUT_VARIABLE printed RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "signature_report ended with ${result}")
endif()
file(READ ${DOCUMENT} kept)
if(NOT printed STREQUAL kept)
  message(FATAL_ERROR "${DOCUMENT} is out of date: run scripts/signatures")
endif()
