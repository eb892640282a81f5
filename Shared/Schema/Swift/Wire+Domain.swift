public import Model

import struct Foundation.Date

// MARK: - Failures

extension Wire.Failure {
    /// The failure in its transmitted form.
    public init(_ failure: Model.Failure) {
        self.init(
            code: failure.code.rawValue, message: failure.message.replacing("\0", with: "␀"),
            retriable: failure.isRetriable,
            retryAfterMilliseconds: failure.retryAfter.map(UInt32.init(millisecondsOf:)) ?? 0)
    }
}

extension Model.Failure {
    /// The failure that was received.
    public init(_ wire: Wire.Failure) {
        self.init(
            Code(rawValue: wire.code.isEmpty ? Code.internal.rawValue : wire.code), wire.message,
            isRetriable: wire.retriable,
            retryAfter: wire.retryAfterMilliseconds == 0 ? nil : .milliseconds(wire.retryAfterMilliseconds))
    }
}

extension UInt32 {
    /// Whole milliseconds, limited to the largest value that fits.
    fileprivate init(millisecondsOf duration: Duration) {
        let (seconds, attoseconds) = duration.components
        // Beyond 32 bits the seconds alone decide, so the multiplication cannot overflow.
        let seconds32 = Int64(UInt32(clamping: seconds))
        self.init(clamping: seconds32 * 1000 + attoseconds / 1_000_000_000_000_000)
    }
}

// MARK: - Metrics and attributes

extension [Wire.Metric] {
    /// The quantities in the order of their names, so that equal values have equal bytes.
    public init(_ values: [String: Double]) {
        self = values.sorted { $0.key < $1.key }.map { Wire.Metric(name: $0.key, value: $0.value) }
    }
}

extension [String: Double] {
    /// The quantities by name; of two with the same name, the later one is used.
    public init(_ metrics: [Wire.Metric]) {
        self.init(metrics.map { ($0.name, $0.value) }) { _, later in later }
    }
}

extension [Wire.Attribute] {
    /// The attributes in the order of their names, so that equal values have equal bytes.
    public init(_ values: [String: String]) {
        self = values.sorted { $0.key < $1.key }.map { Wire.Attribute(name: $0.key, value: $0.value) }
    }
}

extension [String: String] {
    /// The attributes by name; of two with the same name, the later one is used.
    public init(_ attributes: [Wire.Attribute]) {
        self.init(attributes.map { ($0.name, $0.value) }) { _, later in later }
    }
}

// MARK: - Events

extension Wire.Event {
    /// The event in its transmitted form.
    public init(_ event: Model.Event) {
        self.init(
            sequence: event.sequence, timeMicroseconds: event.time.microseconds, service: event.service,
            kind: event.kind, subject: event.subject, attributes: .init(event.attributes))
    }
}

extension Model.Event {
    /// The event that was received.
    public init(_ wire: Wire.Event) {
        self.init(
            sequence: wire.sequence, time: Date(microseconds: wire.timeMicroseconds), service: wire.service,
            kind: wire.kind, subject: wire.subject, attributes: .init(wire.attributes))
    }
}
