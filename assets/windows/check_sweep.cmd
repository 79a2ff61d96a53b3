@echo off
rem check_sweep.cmd BATCH_DIR [SWEEP_LIST [ARCHIVE_DIR]]
rem Once after :wait_all, by the parent alone: the completeness report under BATCH_DIR\checks, and SWEEP_LIST kept there
rem as expected_sweep_list.txt.
rem CHECK_SWEEP=0 switches it off; CHECK_SWEEP_STRICT=1 gives exit code 1 unless every case is complete.
rem SWEEPWATCH names the program; without it the one beside this file, else the one in PATH.
rem Exit codes: those of "sweepwatch check"; 3 also when the program is not there.
setlocal EnableExtensions DisableDelayedExpansion
if not defined CHECK_SWEEP set "CHECK_SWEEP=1"
if "%CHECK_SWEEP%"=="0" exit /b 0
if not defined SWEEPWATCH if exist "%~dp0sweepwatch.exe" set "SWEEPWATCH=%~dp0sweepwatch.exe"
if not defined SWEEPWATCH for %%I in (sweepwatch.exe) do set "SWEEPWATCH=%%~$PATH:I"
if not defined SWEEPWATCH set "SWEEPWATCH=%~dp0sweepwatch.exe"
if not exist "%SWEEPWATCH%" goto absent
set "BATCH=%~1"
set "LIST=%~2"
set "ARCHIVE=%~3"
if not defined BATCH goto usage
rem A backslash before the closing quote would take the quote with it, two are one.
if "%BATCH:~-1%"=="\" set "BATCH=%BATCH%\"
if defined ARCHIVE if "%ARCHIVE:~-1%"=="\" set "ARCHIVE=%ARCHIVE%\"
set "STRICT="
if "%CHECK_SWEEP_STRICT%"=="1" set "STRICT=--strict"
if defined LIST if defined ARCHIVE goto both
if defined LIST goto list
if defined ARCHIVE goto archive
"%SWEEPWATCH%" check --batch-dir "%BATCH%" %STRICT%
exit /b %errorlevel%
:both
"%SWEEPWATCH%" check --batch-dir "%BATCH%" --sweep-list "%LIST%" --archive-dir "%ARCHIVE%" %STRICT%
exit /b %errorlevel%
:list
"%SWEEPWATCH%" check --batch-dir "%BATCH%" --sweep-list "%LIST%" %STRICT%
exit /b %errorlevel%
:archive
"%SWEEPWATCH%" check --batch-dir "%BATCH%" --archive-dir "%ARCHIVE%" %STRICT%
exit /b %errorlevel%
:usage
echo usage: check_sweep.cmd BATCH_DIR [SWEEP_LIST [ARCHIVE_DIR]] 1>&2
exit /b 2
:absent
echo check_sweep: "%SWEEPWATCH%" is not there; set SWEEPWATCH to the path of sweepwatch.exe 1>&2
exit /b 3
