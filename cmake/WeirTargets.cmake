# SPDX-License-Identifier: Apache-2.0
# One library a folder, one test program a folder. The link graph is the include graph: a folder
# sees only what its DEPENDS names, and tools/check_architecture compares that with architecture.toml.
include(CheckLinkerFlag)

add_library(weir_flags INTERFACE)
target_compile_options(weir_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
target_include_directories(weir_flags INTERFACE ${CMAKE_SOURCE_DIR}/src)
# g++ 12 sees overlapping copies in std::string's operator+ where there are none (GCC bug 105329).
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(weir_flags INTERFACE -Wno-restrict)
endif()
if(WEIR_SANITIZE)
  target_compile_options(weir_flags INTERFACE -fsanitize=${WEIR_SANITIZE} -fno-omit-frame-pointer)
  if(WEIR_SANITIZE MATCHES undefined)
    # Checks on every use of a pointer double the time to compile, and AddressSanitizer sees what they
    # would: a null or dangling pointer when it is followed.
    target_compile_options(weir_flags INTERFACE -fno-sanitize=null,alignment,object-size,vptr)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # The checks that sanitizers add confuse this warning (GCC manual, -Wmaybe-uninitialized).
    target_compile_options(weir_flags INTERFACE -Wno-maybe-uninitialized)
  endif()
  target_link_options(weir_flags INTERFACE -fsanitize=${WEIR_SANITIZE})
endif()
check_linker_flag(CXX -fuse-ld=mold WEIR_HAS_MOLD)
if(WEIR_HAS_MOLD)
  target_link_options(weir_flags INTERFACE -fuse-ld=mold)
endif()

# With WEIR_TIDY, clang-tidy reads each source of a library before it is compiled, so that what did
# not change is not read again. The copy named by its content makes a new .clang-tidy count as a change.
# The analyzer is left to `tools/dev tidy`: it takes four times as long, and skips what unity builds include.
# So are checks that find little here and take an eighth of the time.
if(WEIR_TIDY)
  find_program(WEIR_CLANG_TIDY clang-tidy-14 REQUIRED)
  set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/.clang-tidy)
  file(MD5 ${CMAKE_SOURCE_DIR}/.clang-tidy checks)
  set(checks ${CMAKE_BINARY_DIR}/clang-tidy-${checks}.yaml)
  file(COPY_FILE ${CMAKE_SOURCE_DIR}/.clang-tidy ${checks})
  set(slow bugprone-reserved-identifier bugprone-stringview-nullptr bugprone-assert-side-effect
      bugprone-suspicious-semicolon bugprone-multiple-statement-macro bugprone-undelegated-constructor
      bugprone-infinite-loop bugprone-suspicious-string-compare bugprone-misplaced-widening-cast
      misc-unused-using-decls performance-type-promotion-in-math-fn)
  list(TRANSFORM slow PREPEND -)
  list(JOIN slow , slow)
  set(WEIR_TIDY_COMMAND ${WEIR_CLANG_TIDY} --quiet --config-file=${checks} --checks=-clang-analyzer-*,${slow}
      --extra-arg=-Wno-unknown-warning-option)
endif()

# weir_library(<folder> [DEPENDS folder...] [USES library...] [TEST_DEPENDS target...]
#              [TEST_FIXTURES server...])
# Sources are all *.cc of this directory but *_test.cc, which become the program weir_<folder>_test.
function(weir_library folder)
  cmake_parse_arguments(ARG "" "" "DEPENDS;USES;TEST_DEPENDS;TEST_FIXTURES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cc)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(TRANSFORM ARG_DEPENDS PREPEND weir_)
  if(sources)
    add_library(weir_${folder} STATIC ${sources})
    target_link_libraries(weir_${folder} PUBLIC weir_flags fmt::fmt ${ARG_DEPENDS} PRIVATE ${ARG_USES})
    if(WEIR_TIDY)
      set_target_properties(weir_${folder} PROPERTIES CXX_CLANG_TIDY "${WEIR_TIDY_COMMAND}")
    endif()
  else()
    add_library(weir_${folder} INTERFACE)
    target_link_libraries(weir_${folder} INTERFACE weir_flags fmt::fmt ${ARG_DEPENDS} ${ARG_USES})
  endif()
  if(tests AND WEIR_TESTS)
    weir_test(weir_${folder}_test SOURCES ${tests} LINKS weir_${folder} ${ARG_TEST_DEPENDS}
              FIXTURES ${ARG_TEST_FIXTURES})
  endif()
endfunction()

# weir_test(<name> SOURCES file... LINKS target... [FIXTURES server...]): a GoogleTest program, one
# ctest case a test. Fixtures are servers that ctest starts before and stops after (tests/servers).
function(weir_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;FIXTURES" ${ARGN})
  find_package(GTest REQUIRED)
  include(GoogleTest)
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_LINKS} GTest::gtest GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE WEIR_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  # Test bodies gain nothing from optimisation, and it doubles the time to compile them.
  target_compile_options(${name} PRIVATE -O0)
  set_target_properties(${name} PROPERTIES UNITY_BUILD OFF)
  set(fixtures)
  if(ARG_FIXTURES)
    # gtest_discover_tests() unpacks a list of lists several times on its way to ctest.
    string(REPEAT "\\" 8 escape)
    string(REPLACE ";" "${escape};" required "${ARG_FIXTURES}")
    set(fixtures FIXTURES_REQUIRED "${required}")
  endif()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 120 ${fixtures})
endfunction()
