# gw_library(NAME files…  [DEPS targets…]): one static library per folder, with the project's
# warnings. DEPS names what the folder may include, in the direction that docs/architecture.md draws.
add_library(gw_options INTERFACE)
target_include_directories(gw_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(gw_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -Wswitch-enum
  -Wno-missing-field-initializers  # what a designated initializer leaves out has its default
  -Werror=switch -Werror=return-type
  $<$<BOOL:${GATEWATCH_WERROR}>:-Werror>
)
target_compile_definitions(gw_options INTERFACE GATEWATCH_VERSION="${PROJECT_VERSION}")

option(GATEWATCH_WERROR "Treat warnings as errors" OFF)
set(GATEWATCH_SANITIZE "" CACHE STRING "Sanitizers for all code, e.g. address,undefined or thread")
if(GATEWATCH_SANITIZE)
  target_compile_options(gw_options INTERFACE
    -fsanitize=${GATEWATCH_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(gw_options INTERFACE -fsanitize=${GATEWATCH_SANITIZE})
  target_compile_definitions(gw_options INTERFACE _GLIBCXX_ASSERTIONS)
endif()

function(gw_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "DEPS")
  add_library(gw_${name} STATIC ${arg_UNPARSED_ARGUMENTS})
  target_link_libraries(gw_${name} PUBLIC gw_options ${arg_DEPS})
endfunction()
