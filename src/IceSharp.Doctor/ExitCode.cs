namespace IceSharp.Doctor;

/// <summary>What the process ends with; README.md documents them for scripts.</summary>
internal static class ExitCode
{
    public const int Ok = 0;
    public const int NoAnswer = 1;
    public const int Usage = 2;
    public const int Refused = 3;
    public const int Tls = 4;
    public const int Interrupted = 130;

    public static int Of(IceError error) => error switch
    {
        IceError.TlsFailed => Tls,
        IceError.ServerRejected or IceError.AuthenticationFailed or IceError.IntegrityViolated or IceError.RedirectRefused or IceError.ServerMisbehaved => Refused,
        _ => NoAnswer,
    };
}
