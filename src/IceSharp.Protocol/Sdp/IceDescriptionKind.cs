namespace IceSharp;

/// <summary>Which half of an exchange a description is (RFC 3264).</summary>
public enum IceDescriptionKind
{
    /// <summary>Not known: attributes of offers and of answers are both taken.</summary>
    Unknown,

    /// <summary>An offer: <c>a=ice-mismatch</c> has no meaning in it.</summary>
    Offer,

    /// <summary>An answer: <c>a=remote-candidates</c> has no meaning in it.</summary>
    Answer,
}
