import Tracking

extension TrackingArchive {
    /// The attributes of sequences, for display.
    var attributes: [String: String] {
        var attributes: [String: String] = [:]
        for sequence in sequences {
            let information = sequence.information
            attributes["\(information.name).frames"] = "\(information.frames)"
            attributes["\(information.name).size"] = "\(information.width)×\(information.height)"
        }
        return attributes
    }
}
