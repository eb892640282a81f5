#include "Rendezvous.h"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <memory>
#include <stdexcept>

using namespace gyrus;

namespace {

/// Maximum length of a key or value; a worker's addresses for a thousand others are shorter.
constexpr uint32_t longest_part = 1 << 20;
/// Replaces the length of a value in a request for it.
constexpr uint32_t is_asked = UINT32_MAX;
/// Maximum number of connections: workers and any other clients of the port.
constexpr size_t most_guests = 1024;
/// Maximum number of values; each worker writes one or two.
constexpr size_t most_values = 4 * most_guests;

[[noreturn]] void fail(const std::string &what) {
    const int error = errno;
    const bool is_timeout = error == EAGAIN || error == EWOULDBLOCK || error == EINPROGRESS;
    throw std::runtime_error(what + ": " + (is_timeout ? "no answer" : std::strerror(error)));
}

/// Calls a function with the addresses of a host until it succeeds.
Opened resolve(
    const std::string &host, uint16_t port, const std::string &what, const std::function<bool(int, const addrinfo &)> &use) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo *found = nullptr;
    if (const int failure = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found); failure != 0)
        throw std::runtime_error(what + ": " + gai_strerror(failure));
    const std::unique_ptr<addrinfo, void (*)(addrinfo *)> owned(found, freeaddrinfo);
    for (const addrinfo *address = found; address; address = address->ai_next) {
        Opened socket(::socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC, address->ai_protocol));
        if (socket.number >= 0 && use(socket.number, *address)) return socket;
    }
    fail(what);
}

void append(std::vector<uint8_t> &bytes, const void *more, size_t count) {
    const auto *start = static_cast<const uint8_t *>(more);
    bytes.insert(bytes.end(), start, start + count);
}

void append_length(std::vector<uint8_t> &bytes, uint32_t length) {
    const uint32_t sent = htonl(length);
    append(bytes, &sent, sizeof sent);
}

uint32_t length_at(const std::vector<uint8_t> &bytes, size_t place) {
    uint32_t length;
    std::memcpy(&length, bytes.data() + place, sizeof length);
    return ntohl(length);
}

}  // namespace

Opened::~Opened() {
    if (number >= 0) close(number);
}

// MARK: - Server

RendezvousServer::RendezvousServer(const std::string &host)
    : listener(resolve(host, 0, "cannot listen", [](int socket, const addrinfo &address) {
          return bind(socket, address.ai_addr, address.ai_addrlen) == 0 && listen(socket, 128) == 0;
      })) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) fail("cannot create a pipe");
    woken = Opened(ends[0]);
    waking = Opened(ends[1]);
    thread = std::thread([this] { serve(); });
}

RendezvousServer::~RendezvousServer() {
    waking = Opened();
    thread.join();
}

uint16_t RendezvousServer::port() const {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    if (getsockname(listener.number, reinterpret_cast<sockaddr *>(&address), &length) != 0) fail("has no port");
    const bool is_new = address.ss_family == AF_INET6;
    return ntohs(
        is_new ? reinterpret_cast<sockaddr_in6 &>(address).sin6_port : reinterpret_cast<sockaddr_in &>(address).sin_port);
}

void RendezvousServer::serve() {
    while (true) {
        std::vector<pollfd> watched{{woken.number, POLLIN, 0}, {listener.number, POLLIN, 0}};
        for (const auto &guest : guests) watched.push_back({guest.socket.number, POLLIN, 0});
        if (poll(watched.data(), watched.size(), -1) < 0) continue;
        if (watched[0].revents != 0) return;
        // From the last one, so that removing one does not move those still to come.
        for (size_t i = guests.size(); i-- > 0;)
            if (watched[i + 2].revents != 0 && !hear(guests[i])) guests.erase(guests.begin() + ptrdiff_t(i));
        if (watched[1].revents == 0) continue;
        Opened socket(accept4(listener.number, nullptr, nullptr, SOCK_CLOEXEC));
        if (socket.number >= 0 && guests.size() < most_guests) guests.push_back({std::move(socket), {}, {}});
    }
}

bool RendezvousServer::hear(Guest &guest) {
    uint8_t buffer[4096];
    const auto count = recv(guest.socket.number, buffer, sizeof buffer, MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return true;
    if (count <= 0) return false;
    append(guest.unread, buffer, size_t(count));
    while (guest.unread.size() >= 8) {
        const uint32_t key_length = length_at(guest.unread, 0), value_length = length_at(guest.unread, 4);
        const bool asks = value_length == is_asked;
        if (key_length > longest_part || (!asks && value_length > longest_part)) return false;
        const auto key_end = guest.unread.begin() + 8 + ptrdiff_t(key_length);
        const size_t length = 8 + size_t(key_length) + (asks ? 0 : value_length);
        if (guest.unread.size() < length) break;
        const std::string key(guest.unread.begin() + 8, key_end);
        const auto value = values.find(key);
        bool stays = true;
        if (!asks) {
            if (value == values.end() && values.size() == most_values) return false;
            const auto &written = values[key] = std::vector<uint8_t>(key_end, guest.unread.begin() + ptrdiff_t(length));
            stays = answer(guest, {});
            for (auto &other : guests)
                if (other.awaited == key) answer(other, written);
        } else if (value == values.end()) {
            guest.awaited = key;
        } else {
            stays = answer(guest, value->second);
        }
        if (!stays) return false;
        guest.unread.erase(guest.unread.begin(), guest.unread.begin() + ptrdiff_t(length));
    }
    return true;
}

bool RendezvousServer::answer(Guest &guest, const std::vector<uint8_t> &value) {
    guest.awaited.clear();
    std::vector<uint8_t> bytes;
    append_length(bytes, uint32_t(value.size()));
    append(bytes, value.data(), value.size());
    // A client that does not read its answers must not delay the others.
    return send(guest.socket.number, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL) == ssize_t(bytes.size());
}

// MARK: - Worker

RendezvousStore::RendezvousStore(const std::string &host, uint16_t port, std::chrono::milliseconds longest)
    : Store(longest), socket(resolve(host, port, "cannot connect", [&](int socket, const addrinfo &address) {
          timeval wait{time_t(longest.count() / 1000), suseconds_t(longest.count() % 1000 * 1000)};
          setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
          setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
          return connect(socket, address.ai_addr, address.ai_addrlen) == 0;
      })) {}

std::vector<uint8_t> RendezvousStore::ask(const std::string &key, const std::vector<uint8_t> *value) {
    const std::lock_guard<std::mutex> lock(mutex);
    std::vector<uint8_t> request;
    append_length(request, uint32_t(key.size()));
    append_length(request, value ? uint32_t(value->size()) : is_asked);
    append(request, key.data(), key.size());
    if (value) append(request, value->data(), value->size());
    for (size_t sent = 0; sent < request.size();) {
        const auto count = send(socket.number, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
        if (count < 0 && errno != EINTR) fail("the connection to the rendezvous is lost");
        sent += size_t(std::max<ssize_t>(0, count));
    }
    const auto read = [&](void *bytes, size_t length) {
        for (size_t place = 0; place < length;) {
            const auto count = recv(socket.number, static_cast<uint8_t *>(bytes) + place, length - place, 0);
            if (count == 0) throw std::runtime_error("the rendezvous is closed");
            if (count < 0 && errno != EINTR) fail("the connection to the rendezvous is lost");
            place += size_t(std::max<ssize_t>(0, count));
        }
    };
    uint32_t length = 0;
    read(&length, sizeof length);
    length = ntohl(length);
    if (length > longest_part) throw std::runtime_error("the peer is not a rendezvous");
    std::vector<uint8_t> answer(length);
    read(answer.data(), length);
    return answer;
}

void RendezvousStore::set(const std::string &key, const std::vector<uint8_t> &value) { ask(key, &value); }

std::vector<uint8_t> RendezvousStore::get(const std::string &key) { return ask(key, nullptr); }

void RendezvousStore::wait(const std::vector<std::string> &keys) {
    for (const auto &key : keys) get(key);
}

void RendezvousStore::wait(const std::vector<std::string> &keys, const std::chrono::milliseconds &) { wait(keys); }

namespace {
[[noreturn]] void refuse() { throw std::logic_error("this store supports only writing and reading"); }
}  // namespace

int64_t RendezvousStore::add(const std::string &, int64_t) { refuse(); }
bool RendezvousStore::deleteKey(const std::string &) { refuse(); }
bool RendezvousStore::check(const std::vector<std::string> &) { refuse(); }
int64_t RendezvousStore::getNumKeys() { refuse(); }
c10::intrusive_ptr<c10d::Store> RendezvousStore::clone() { refuse(); }
