"""watchdog_listen.py DIR...: what Python's watchdog tells of the directories, a line an event, at once."""
import sys, time

from watchdog.events import FileSystemEventHandler
from watchdog.observers import Observer


class Handler(FileSystemEventHandler):
    def on_any_event(self, event):
        # A rename is told as one event with two names.
        gone = event.event_type in ("deleted", "moved")
        text = "%s %s\n" % (event.src_path, "gone" if gone else "there")
        if event.event_type == "moved":
            text += "%s there\n" % event.dest_path
        sys.stdout.write(text)
        sys.stdout.flush()


observer = Observer()
for directory in sys.argv[1:]:
    observer.schedule(Handler(), directory, recursive=True)
observer.start()
while True:
    time.sleep(60)
