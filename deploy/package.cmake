# Installing: rules, headers, pkg-config and CMake files; and the .deb by CPack.
include(CMakePackageConfigHelpers)

install(DIRECTORY rules/ DESTINATION ${CMAKE_INSTALL_DATADIR}/tocsin/rules)
install(FILES include/tocsin/tocsin.h include/tocsin/status.h include/tocsin/status.def
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tocsin)
install(FILES README.md LICENSE CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES deploy/tocsin.yaml deploy/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
file(READ deploy/tocsin.service unit)
string(REPLACE /usr/bin/ ${CMAKE_INSTALL_FULL_BINDIR}/ unit "${unit}")
file(WRITE ${PROJECT_BINARY_DIR}/tocsin.service "${unit}")
install(FILES ${PROJECT_BINARY_DIR}/tocsin.service DESTINATION lib/systemd/system)

# From the file's own folder to the prefix, so that it may be installed anywhere.
file(RELATIVE_PATH tocsin_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" tocsin_prefix ${tocsin_prefix})
configure_file(deploy/tocsin.pc.in ${PROJECT_BINARY_DIR}/tocsin.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/tocsin.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(EXPORT tocsin-targets NAMESPACE tocsin:: FILE tocsinConfig.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/tocsin)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/tocsinConfigVersion.cmake
        COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/tocsinConfigVersion.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/tocsin)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME tocsin)
set(CPACK_PACKAGE_CONTACT "tocsin maintainers <maintainers@tocsin.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_DESCRIPTION
    "tocsin reads what sensors and people report from Kafka, evaluates the rules that analysts write,
and publishes alerts in milliseconds: rockets and mortars, roadside bombs, demonstrations, casualties.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON) # Dependencies are read from the binaries.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR}/processor/engine)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
include(CPack)
