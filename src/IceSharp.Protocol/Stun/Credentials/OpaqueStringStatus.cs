namespace IceSharp.Protocol.Stun.Credentials;

/// <summary>Outcome of preparing a text with <see cref="OpaqueString"/>.</summary>
public enum OpaqueStringStatus
{
    /// <summary>The text conforms.</summary>
    Ok,

    /// <summary>It is empty (RFC 8265 §4.1 and §4.2 know no empty user or password).</summary>
    Empty,

    /// <summary>It has half a surrogate pair: no code point at all.</summary>
    LoneSurrogate,

    /// <summary>It has a code point that Unicode has not assigned (RFC 8264 §9.10).</summary>
    Unassigned,

    /// <summary>It has a control character, for example TAB or NUL (RFC 8264 §9.12).</summary>
    Control,

    /// <summary>It has a conjoining Hangul Jamo (RFC 8264 §9.9).</summary>
    HangulJamo,

    /// <summary>It has a code point that shows nothing, for example SOFT HYPHEN, or a noncharacter (RFC 8264 §9.13).</summary>
    Ignorable,

    /// <summary>It has a code point of no valid category, for example of private use, or an exception of RFC 5892 §2.6.</summary>
    Disallowed,

    /// <summary>It has a code point that is valid only beside certain others, and they are not there (RFC 5892 Appendix A).</summary>
    Context,

    /// <summary>It still changes after the rules were applied four times (RFC 8265 §5).</summary>
    Unstable,

    /// <summary>It needs Unicode normalization and the runtime has none: the process runs with invariant globalization.</summary>
    NormalizationUnavailable,
}
