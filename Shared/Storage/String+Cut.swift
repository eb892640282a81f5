extension String {
    /// The text if it has at most the given number of bytes; otherwise its beginning and the original size.
    package func cut(toBytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        let ending = "… (\(utf8.count) bytes in total)"
        var end = utf8.index(startIndex, offsetBy: max(0, limit - ending.utf8.count))
        while end > startIndex, end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
        return self[..<end] + ending
    }
}
