namespace IceSharp.Protocol.Sdp;

/// <summary>Collects what was wrong with a description, up to a limit.</summary>
internal sealed class DiagnosticLog
{
    private readonly List<SdpDiagnostic> _entries = [];

    /// <summary>Number of the line that is being read; 0 when it is about the whole.</summary>
    public int Line { get; set; }

    /// <summary>Why the description as a whole is refused; null as long as it is not.</summary>
    public SdpDiagnostic? Refusal { get; private set; }

    public IReadOnlyList<SdpDiagnostic> Entries => _entries;

    public void Error(SdpReason reason, string message) => Add(new SdpDiagnostic(SdpOutcome.Error, reason, message, Line));

    public void Ignore(SdpReason reason, string message) => Add(new SdpDiagnostic(SdpOutcome.Ignored, reason, message, Line));

    public void Warn(SdpReason reason, string message) => Add(new SdpDiagnostic(SdpOutcome.Warning, reason, message, Line));

    public void Refuse(SdpReason reason, string message)
    {
        Refusal = new SdpDiagnostic(SdpOutcome.Refused, reason, message, Line);
        _entries.Add(Refusal);
    }

    public void Add(SdpDiagnostic entry)
    {
        if (_entries.Count < SdpLimits.Diagnostics)
        {
            _entries.Add(entry);
        }
        else if (_entries.Count == SdpLimits.Diagnostics)
        {
            _entries.Add(new SdpDiagnostic(SdpOutcome.Ignored, SdpReason.LimitReached, "further diagnostics are not kept", entry.Line));
        }
    }
}
