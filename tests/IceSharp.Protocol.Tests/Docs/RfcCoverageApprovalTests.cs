using IceSharp.Protocol.Tests.Approval;

namespace IceSharp.Protocol.Tests.Docs;

public sealed class RfcCoverageApprovalTests
{
    [Fact]
    public void The_coverage_page_is_up_to_date() =>
        ApprovedFile.ShouldBe("docs/rfc-coverage.md", RfcCoverageDocument.Write(RfcDuty.Load(), RfcMarks.Find()));

    [Fact]
    public void Every_mark_names_a_duty() =>
        RfcMarks.Find().Where(m => !RfcDuty.Load().Any(d => d.Id == m.Key)).Select(m => $"{m.Key} in {string.Join(", ", m.Value)}").Should().BeEmpty();

    [Fact]
    public void Duties_are_listed_once_and_excepted_only_for_a_reason_of_the_closed_set()
    {
        IReadOnlyList<RfcDuty> duties = RfcDuty.Load();

        duties.Select(d => d.Id).Should().OnlyHaveUniqueItems();
        duties.Where(d => !d.HasLegalException).Should().BeEmpty();
    }

    [Fact]
    public void No_duty_is_both_proven_and_excepted()
    {
        IReadOnlyDictionary<string, string[]> marks = RfcMarks.Find();

        RfcDuty.Load().Where(d => d.Exception.Length > 0 && marks.ContainsKey(d.Id)).Select(d => d.Id).Should().BeEmpty();
    }
}
