import Model
import Testing

@testable import ConsoleServer

/// A network's metrics as the console shows them.
struct MeasurementTests {
    @Test func `metrics of splits are a table, and others have their units`() throws {
        let values = Measurements([
            "test-accuracy": 0.75, "test-accuracy-error": 0.02, "validation-accuracy": 0.8, "training-loss": 0.25,
            "test-calibration-error": 0.1, "parameters": 1_234, "seconds": 130, "processor-seconds": 4,
            "training-seconds": 3, "latency-milliseconds": 0.5, "energy-joules": 2_500,
        ]).values
        let scores = try #require(values["scores"] as? [[String: Any]]).map { row in
            ["name", "test", "validation", "training"].map { row[$0] as? String ?? "" }
        }
        #expect(
            scores == [
                ["accuracy", "75.00 ± 2.00 %", "80.00 %", "–"], ["calibration error", "10.00 %", "–", "–"],
                ["loss", "–", "–", "0.25"],
            ])
        let others = try #require(values["metrics"] as? [[String: String]]).map {
            "\($0["name"] ?? ""): \($0["value"] ?? "")"
        }
        #expect(
            others == [
                "energy: 2.5 kJ", "latency: 0.5 ms", "parameters: 1\u{202F}234", "processor time: 4 s",
                "time: 2 m 10 s",
                "training time: 3 s",
            ])
    }
}
