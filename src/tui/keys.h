/* keys: what a person can press, decoded. Plain characters are their code point; everything else stands beyond Unicode.
 */
#ifndef SW_TUI_KEYS_H
#define SW_TUI_KEYS_H

enum ui_key_code {
    UI_KEY_NONE = 0, /* nothing is waiting */
    UI_KEY_TAB = 9,
    UI_KEY_ENTER = 13,
    UI_KEY_ERASE = 21, /* Ctrl+U: what is typed goes */
    UI_KEY_ESC = 27,
    UI_KEY_SPECIAL = 0x110000, /* the first that is no character */
    UI_KEY_UP,
    UI_KEY_DOWN,
    UI_KEY_LEFT,
    UI_KEY_RIGHT,
    UI_KEY_PAGE_UP,
    UI_KEY_PAGE_DOWN,
    UI_KEY_HOME,
    UI_KEY_END,
    UI_KEY_BACKSPACE,
    UI_KEY_BACKTAB,
    UI_KEY_F1,
    UI_KEY_F2,
    UI_KEY_F3,
    UI_KEY_F4,
    UI_KEY_F5,
    UI_KEY_F6,
    UI_KEY_F7,
    UI_KEY_F8,
    UI_KEY_F9,
    UI_KEY_F10,
    UI_KEY_CLICK, /* the left button, on a cell the terminal names */
    UI_KEY_WHEEL_UP,
    UI_KEY_WHEEL_DOWN,
    UI_KEY_REDRAW,  /* Ctrl+L: draw everything again */
    UI_KEY_SUSPEND, /* Ctrl+Z, where a shell can stop programs and let them go on */
    UI_KEY_RESIZE,  /* the terminal may have another size */
    UI_KEY_OTHER,   /* a key this program has no use for */
    UI_KEY_HANGUP   /* the terminal is gone: no key will ever come */
};

#endif
