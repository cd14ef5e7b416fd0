using System.Security.Cryptography;

namespace IceSharp.Samples.BrowserPeer.Sessions;

/// <summary>The m= section that a browser wants to see around ICE: a data channel over DTLS.</summary>
/// <remarks>
/// DTLS is no part of this sample, so the fingerprint is invented. With <c>setup:active</c> the browser waits for our first DTLS flight, which never
/// comes, and keeps the ICE connection.
/// </remarks>
internal static class DataChannelMedia
{
    private static readonly string Fingerprint = string.Join(':', RandomNumberGenerator.GetBytes(32).Select(b => $"{b:X2}"));

    /// <summary>Dresses a description of the agent for the browser.</summary>
    /// <param name="description">What the agent says.</param>
    /// <param name="isOffer">Offers leave the DTLS role open (RFC 8842 §5.2), answers take the active one.</param>
    public static string ToSdp(IceDescription description, bool isOffer)
    {
        string mid = description.Streams[0].Mid;
        SdpMedia media = Create(isOffer ? "actpass" : "active");
        return (description with
        {
            Attributes = [$"group:BUNDLE {mid}"],
            Streams = [description.Streams[0] with { Media = media }],
        }).ToSdp();
    }

    public static SdpMedia Create(string setup = "active") => new("application", "UDP/DTLS/SCTP", "webrtc-datachannel")
    {
        Attributes = [$"setup:{setup}", $"fingerprint:sha-256 {Fingerprint}", "sctp-port:5000", "max-message-size:262144"],
    };
}
