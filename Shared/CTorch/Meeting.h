// Where the workers of one training read each other's addresses.
#pragma once

#include <torch/csrc/distributed/c10d/Store.hpp>

#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace gyrus {

/// A descriptor that is closed when nobody holds it any more.
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

/// What workers wrote, and who waits for what others will write. A request is the length of a key, the length of a value, the key
/// and the value; one without a value asks for it. An answer is a length and a value.
class MeetingServer {
public:
    /// Listens at an address of this machine, on a port that the system chooses.
    explicit MeetingServer(const std::string &host);
    ~MeetingServer();

    uint16_t port() const;

private:
    struct Guest {
        Opened socket;
        std::vector<uint8_t> unread;
        /// The key whose value it waits for.
        std::string awaited;
    };

    Opened listener;
    /// Two ends of a pipe by which the thread is told to end.
    Opened woken, waking;
    std::map<std::string, std::vector<uint8_t>> values;
    std::vector<Guest> guests;
    std::thread thread;

    void serve();
    /// Reads what a guest says, and returns whether it stays.
    bool hear(Guest &guest);
    bool answer(Guest &guest, const std::vector<uint8_t> &value);
};

/// The side of a worker. libtorch's own store for this, TCPStore, listens to its server by a thread that ends the whole process
/// where the server's machine resets the connection; a worker must outlive the one that it meets.
class MeetingStore : public c10d::Store {
public:
    MeetingStore(const std::string &host, uint16_t port, std::chrono::milliseconds longest);

    void set(const std::string &key, const std::vector<uint8_t> &value) override;
    std::vector<uint8_t> get(const std::string &key) override;
    void wait(const std::vector<std::string> &keys) override;
    void wait(const std::vector<std::string> &keys, const std::chrono::milliseconds &timeout) override;

    // Of no use to those who only meet.
    int64_t add(const std::string &key, int64_t value) override;
    bool deleteKey(const std::string &key) override;
    bool check(const std::vector<std::string> &keys) override;
    int64_t getNumKeys() override;
    /// Newer versions of libtorch ask for it, older ones do not know it.
    c10::intrusive_ptr<c10d::Store> clone();

private:
    Opened socket;
    std::mutex mutex;

    std::vector<uint8_t> ask(const std::string &key, const std::vector<uint8_t> *value);
};

}  // namespace gyrus
