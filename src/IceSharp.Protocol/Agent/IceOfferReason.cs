namespace IceSharp;

/// <summary>Why the controlling side should send another offer.</summary>
public enum IceOfferReason
{
    /// <summary>A nominated pair is not the default destination, and a peer of RFC 5245 expects to be told (RFC 8839 §4.3.4).</summary>
    DefaultDestinationDiffers,

    /// <summary>A stream has failed: the offer should remove it, port 0 (RFC 8839 §4.3.4).</summary>
    StreamFailed,

    /// <summary>A pair that the peer's offer names in <c>a=remote-candidates</c> has failed here: the stream needs a restart (RFC 8839 §4.4.2).</summary>
    RemoteCandidatesLost,
}
