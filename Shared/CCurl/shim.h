// Swift cannot call variadic functions, so there is one setter for each kind of libcurl option.
#pragma once

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

typedef size_t (*gyrus_curl_receiver)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode gyrus_curl_set_text(CURL *handle, CURLoption option, const char *text) {
    return curl_easy_setopt(handle, option, text);
}

static inline CURLcode gyrus_curl_set_number(CURL *handle, CURLoption option, long number) {
    return curl_easy_setopt(handle, option, number);
}

static inline CURLcode gyrus_curl_set_size(CURL *handle, CURLoption option, curl_off_t size) {
    return curl_easy_setopt(handle, option, size);
}

static inline CURLcode gyrus_curl_set_bytes(CURL *handle, CURLoption option, const void *bytes) {
    return curl_easy_setopt(handle, option, bytes);
}

static inline CURLcode gyrus_curl_set_headers(CURL *handle, const struct curl_slist *headers) {
    return curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
}

static inline CURLcode gyrus_curl_set_receiver(
    CURL *handle, CURLoption function, CURLoption data, gyrus_curl_receiver receiver, void *context) {
    CURLcode code = curl_easy_setopt(handle, function, receiver);
    return code == CURLE_OK ? curl_easy_setopt(handle, data, context) : code;
}

static inline long gyrus_curl_status(CURL *handle) {
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    return status;
}
