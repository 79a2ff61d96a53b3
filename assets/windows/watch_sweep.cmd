@echo off
rem watch_sweep.cmd BATCH_DIR [SWEEP_LIST [ARCHIVE_DIR]]
rem Opens the dashboard in a second console and goes on at once. BATCH_DIR is a batch, or the directory of batches: then
rem the newest is taken. The dashboard follows the process that called this file: when that ends, the sweep has ended.
rem WATCH_SWEEP=0 switches it off.
rem SWEEPWATCH names the program; without it the one beside this file, else the one in PATH.
rem Exit codes: 0 opened (or switched off), 2 usage, 3 the program is not there.
setlocal EnableExtensions DisableDelayedExpansion
if not defined WATCH_SWEEP set "WATCH_SWEEP=1"
if "%WATCH_SWEEP%"=="0" exit /b 0
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
rem A script does not know the number of its own process; the program knows who started it.
set "PARENT="
set "PID_FILE=%TEMP%\sweepwatch-%RANDOM%-%RANDOM%.pid"
"%SWEEPWATCH%" parent-pid >"%PID_FILE%"
set /p PARENT=<"%PID_FILE%"
del "%PID_FILE%"
set "FOLLOW="
if defined PARENT set "FOLLOW=--pid %PARENT%"
if defined LIST if defined ARCHIVE goto both
if defined LIST goto list
if defined ARCHIVE goto archive
start "sweepwatch" "%SWEEPWATCH%" watch --batch-dir "%BATCH%" %FOLLOW%
exit /b 0
:both
start "sweepwatch" "%SWEEPWATCH%" watch --batch-dir "%BATCH%" --sweep-list "%LIST%" --archive-dir "%ARCHIVE%" %FOLLOW%
exit /b 0
:list
start "sweepwatch" "%SWEEPWATCH%" watch --batch-dir "%BATCH%" --sweep-list "%LIST%" %FOLLOW%
exit /b 0
:archive
start "sweepwatch" "%SWEEPWATCH%" watch --batch-dir "%BATCH%" --archive-dir "%ARCHIVE%" %FOLLOW%
exit /b 0
:usage
echo usage: watch_sweep.cmd BATCH_DIR [SWEEP_LIST [ARCHIVE_DIR]] 1>&2
exit /b 2
:absent
echo watch_sweep: "%SWEEPWATCH%" is not there; set SWEEPWATCH to the path of sweepwatch.exe 1>&2
exit /b 3
