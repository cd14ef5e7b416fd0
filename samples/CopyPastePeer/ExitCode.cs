namespace IceSharp.Samples.CopyPastePeer;

/// <summary>What the program ends with.</summary>
internal static class ExitCode
{
    public const int Success = 0, Failure = 1, Usage = 2;
}
