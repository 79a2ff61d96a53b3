#include "platform/text.h"

#include <limits.h>
#include <stdlib.h>
#include <uv.h>
#include <windows.h>

/* Strictly: a byte that is no character of the code page is an error, not a question mark. */
static int decode_code_page(UINT page, const unsigned char *s, size_t len, char **out, size_t *out_len) {
    if (len > INT_MAX / 4) return UV_E2BIG;
    int units = MultiByteToWideChar(page, MB_ERR_INVALID_CHARS, (const char *)s, (int)len, NULL, 0);
    if (units <= 0) return UV_EILSEQ;
    wchar_t *wide = malloc((size_t)units * sizeof *wide);
    char *text = malloc((size_t)units * 3 + 1);
    int bytes = 0;
    if (wide != NULL && text != NULL) {
        units = MultiByteToWideChar(page, MB_ERR_INVALID_CHARS, (const char *)s, (int)len, wide, units);
        bytes = WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, wide, units, text, units * 3, NULL, NULL);
    }
    int err = wide == NULL || text == NULL ? UV_ENOMEM : bytes <= 0 ? UV_EILSEQ : 0;
    free(wide);
    if (err != 0) {
        free(text);
        return err;
    }
    text[bytes] = '\0';
    *out = text;
    *out_len = (size_t)bytes;
    return 0;
}

int text_decode_legacy(const unsigned char *s, size_t len, char **out, size_t *out_len) {
    int err = UV_EILSEQ;
    if (text_is_cp932(s, len)) {
        err = IsValidCodePage(932) ? decode_code_page(932, s, len, out, out_len)
                                   : text_decode_cp932_shape(s, len, out, out_len);
    }
    if (err != UV_EILSEQ) return err;
    /* The manifest makes GetACP() say UTF-8; the locale still knows the page that old programs write. */
    DWORD page = 0;
    int got = GetLocaleInfoW(LOCALE_SYSTEM_DEFAULT, LOCALE_IDEFAULTANSICODEPAGE | LOCALE_RETURN_NUMBER, (LPWSTR)&page,
                             sizeof page / sizeof(WCHAR));
    if (got == 0 || page == 0 || page == CP_UTF8 || page == 932) return UV_EILSEQ;
    return decode_code_page(page, s, len, out, out_len);
}
