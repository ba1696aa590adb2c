# One static library a layer: what it may know is what it links.
add_library(tocsin_build INTERFACE)
target_include_directories(tocsin_build INTERFACE
    ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/processor)
target_compile_options(tocsin_build INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wformat=2 -Wundef -Wvla
    $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes -Wmissing-prototypes>
    $<$<BOOL:${TOCSIN_WERROR}>:-Werror>
    -fno-strict-aliasing -fstack-protector-strong)
target_compile_definitions(tocsin_build INTERFACE _POSIX_C_SOURCE=200809L)
if(TOCSIN_SANITIZE)
    target_compile_options(tocsin_build INTERFACE
        -fsanitize=${TOCSIN_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(tocsin_build INTERFACE -fsanitize=${TOCSIN_SANITIZE})
endif()

# toc_layer(state USES base SOURCES window.c keys.c LIBRARIES PkgConfig::XXHASH)
function(toc_layer name)
    cmake_parse_arguments(L "" "" "USES;SOURCES;LIBRARIES" ${ARGN})
    add_library(toc_${name} STATIC ${L_SOURCES})
    list(TRANSFORM L_USES PREPEND toc_)
    target_link_libraries(toc_${name} PUBLIC ${L_USES} tocsin_build PRIVATE ${L_LIBRARIES})
endfunction()

# toc_unit_test(state window): tests/unit/state/test_window.c, linked to its layer and those below.
function(toc_unit_test layer module)
    cmake_parse_arguments(T "" "" "LIBRARIES" ${ARGN})
    add_executable(test_${layer}_${module} test_${module}.c)
    target_include_directories(test_${layer}_${module} PRIVATE ${PROJECT_SOURCE_DIR}/tests/unit)
    target_link_libraries(test_${layer}_${module} PRIVATE toc_${layer} PkgConfig::CMOCKA ${T_LIBRARIES})
    add_test(NAME unit/${layer}/${module} COMMAND test_${layer}_${module})
    set_tests_properties(unit/${layer}/${module} PROPERTIES TIMEOUT 300
        ENVIRONMENT "TOCSIN_SOURCE_DIR=${PROJECT_SOURCE_DIR}")
endfunction()
