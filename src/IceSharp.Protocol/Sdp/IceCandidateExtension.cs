namespace IceSharp;

/// <summary>A name and value at the end of a candidate line, kept as received (RFC 8839 §5.1).</summary>
/// <param name="Name">The extension's name, for example "generation".</param>
/// <param name="Value">Its value; may be empty.</param>
public readonly record struct IceCandidateExtension(string Name, string Value);
