@echo off
rem check_sweep.cmd BATCH_DIR [SWEEP_LIST [ARCHIVE_DIR]]
rem Once after :wait_all, by the parent alone: the completeness report under BATCH_DIR\checks.
rem CHECK_SWEEP=0 switches it off; CHECK_SWEEP_STRICT=1 gives exit code 1 unless every case is complete.
rem SWEEPWATCH names the program; without it the one beside this file.
setlocal EnableExtensions DisableDelayedExpansion
if not defined CHECK_SWEEP set "CHECK_SWEEP=1"
if "%CHECK_SWEEP%"=="0" exit /b 0
if not defined SWEEPWATCH set "SWEEPWATCH=%~dp0sweepwatch.exe"
set "BATCH=%~1"
set "LIST=%~2"
set "ARCHIVE=%~3"
if not defined BATCH goto usage
rem A backslash before the closing quote would take the quote with it.
if "%BATCH:~-1%"=="\" set "BATCH=%BATCH:~0,-1%"
if defined ARCHIVE if "%ARCHIVE:~-1%"=="\" set "ARCHIVE=%ARCHIVE:~0,-1%"
set "STRICT="
if "%CHECK_SWEEP_STRICT%"=="1" set "STRICT=--strict"
if defined ARCHIVE goto archived
if defined LIST goto listed
"%SWEEPWATCH%" check --batch-dir "%BATCH%" %STRICT%
exit /b %errorlevel%
:listed
"%SWEEPWATCH%" check --batch-dir "%BATCH%" --sweep-list "%LIST%" %STRICT%
exit /b %errorlevel%
:archived
if not defined LIST set "LIST=%BATCH%\checks\expected_sweep_list.txt"
"%SWEEPWATCH%" check --batch-dir "%BATCH%" --sweep-list "%LIST%" --archive-dir "%ARCHIVE%" %STRICT%
exit /b %errorlevel%
:usage
echo usage: check_sweep.cmd BATCH_DIR [SWEEP_LIST [ARCHIVE_DIR]] 1>&2
exit /b 2
