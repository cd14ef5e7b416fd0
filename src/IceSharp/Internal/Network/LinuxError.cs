namespace IceSharp.Internal.Network;

/// <summary>The values of errno that matter here; on Linux they are the same on every architecture .NET runs on.</summary>
internal static class LinuxError
{
    public const int NotPermitted = 1;
    public const int Interrupted = 4;
    public const int BadHandle = 9;
    public const int Again = 11;
    public const int AccessDenied = 13;
    public const int MessageTooLong = 90;
    public const int AddressFamily = 97;
    public const int AddressNotAvailable = 99;
    public const int NetworkDown = 100;
    public const int NetworkUnreachable = 101;
    public const int NoBuffers = 105;
    public const int ConnectionRefused = 111;
    public const int HostDown = 112;
    public const int HostUnreachable = 113;
}
