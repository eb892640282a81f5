// The rendezvous at which the workers of one training exchange addresses.
#pragma once

#include <torch/csrc/distributed/c10d/Store.hpp>

#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace gyrus {

/// A descriptor that is closed with its last owner.
struct Opened {
    int number = -1;

    explicit Opened(int number = -1) : number(number) {}
    Opened(Opened &&other) noexcept : number(std::exchange(other.number, -1)) {}
    Opened &operator=(Opened &&other) noexcept {
        std::swap(number, other.number);
        return *this;
    }
    ~Opened();
};

/// The values that workers wrote, and the workers that wait for values. A request consists of the length of a key, the length of a
/// value, the key and the value; without a value, it asks for one. An answer consists of a length and a value.
class RendezvousServer {
public:
    /// Listens on an address of this machine, on a port that the system chooses.
    explicit RendezvousServer(const std::string &host);
    ~RendezvousServer();

    uint16_t port() const;

private:
    struct Guest {
        Opened socket;
        std::vector<uint8_t> unread;
        /// The key whose value it waits for.
        std::string awaited;
    };

    Opened listener;
    /// Two ends of a pipe; a byte in it ends the thread.
    Opened woken, waking;
    std::map<std::string, std::vector<uint8_t>> values;
    std::vector<Guest> guests;
    std::thread thread;

    void serve();
    /// Reads from a client, and returns whether it stays connected.
    bool hear(Guest &guest);
    bool answer(Guest &guest, const std::vector<uint8_t> &value);
};

/// The worker's side. libtorch's own store for this, TCPStore, watches its server in a thread that ends the whole process if the
/// server's machine resets the connection, but a worker must survive the worker that runs the rendezvous.
class RendezvousStore : public c10d::Store {
public:
    RendezvousStore(const std::string &host, uint16_t port, std::chrono::milliseconds longest);

    void set(const std::string &key, const std::vector<uint8_t> &value) override;
    std::vector<uint8_t> get(const std::string &key) override;
    void wait(const std::vector<std::string> &keys) override;
    void wait(const std::vector<std::string> &keys, const std::chrono::milliseconds &timeout) override;

    // Not needed for a rendezvous.
    int64_t add(const std::string &key, int64_t value) override;
    bool deleteKey(const std::string &key) override;
    bool check(const std::vector<std::string> &keys) override;
    int64_t getNumKeys() override;
    /// Newer versions of libtorch require it, older ones do not have it.
    c10::intrusive_ptr<c10d::Store> clone();

private:
    Opened socket;
    std::mutex mutex;

    std::vector<uint8_t> ask(const std::string &key, const std::vector<uint8_t> *value);
};

}  // namespace gyrus
