namespace IceSharp.Protocol.Sdp;

/// <summary>What a description may cost the reader: far above what peers need, far below what hurts.</summary>
internal static class SdpLimits
{
    public const int Characters = 1024 * 1024;
    public const int LineCharacters = 16 * 1024;
    public const int Streams = 1000;
    public const int CandidatesPerStream = 1000;
    public const int RemoteCandidatesPerStream = 256;
    public const int OptionTagsPerLevel = 32;
    public const int Diagnostics = 1000;
}
