package tools_test

import (
	"encoding/json"
	"slices"
	"testing"

	"marketa/tools"
)

func TestTraceFindsWhoseWordsAValueIs(t *testing.T) {
	client := tools.Span{Origin: tools.FromClient, Text: "Ciao! Il nuovo numero è +39 333 123-4567,\ndomenica APERTO dalle 12:00. 3 menù 👍"}
	manager := tools.Span{Origin: tools.FromManager, Text: "make it dinner for 12 at Via Roma 7"}
	crm := tools.Span{Origin: tools.FromCRM, Text: "Deposit: 120,50"}
	tests := []struct {
		name, args, path string
		want             []tools.Origin
	}{
		{"APhoneSpacedInAnotherWay", `{"phone":"+393331234567"}`, "phone", []tools.Origin{tools.FromClient}},
		{"OtherCaseAndPunctuation", `{"wishes":["domenica aperto dalle 12.00"]}`, "wishes[0]", []tools.Origin{tools.FromClient}},
		{"AWordNotAPartOfOne", `{"wishes":["men"]}`, "wishes[0]", []tools.Origin{tools.FromModel}},
		{"AccentsInTwoPieces", `{"wishes":["menu\u0300"]}`, "wishes[0]", []tools.Origin{tools.FromClient}},
		{"HiddenLetters", `{"wishes":["da\u200blle"]}`, "wishes[0]", []tools.Origin{tools.FromClient}},
		{"WideLetters", `{"wishes":["ＡＰＥＲＴＯ"]}`, "wishes[0]", []tools.Origin{tools.FromClient}},
		{"OnlyASign", `{"wishes":["👍"]}`, "wishes[0]", []tools.Origin{tools.FromClient}},
		{"ANumber", `{"guests":3}`, "guests", []tools.Origin{tools.FromClient}},
		{"ANumberInsideAnother", `{"guests":39333}`, "guests", []tools.Origin{tools.FromModel}},
		{"SeveralOrigins", `{"guests":12}`, "guests", []tools.Origin{tools.FromClient, tools.FromManager}},
		{"ARecord", `{"deposit":120.50}`, "deposit", []tools.Origin{tools.FromModel}},
		{"ARecordAsItIsWritten", `{"wishes":["120.50"]}`, "wishes[0]", []tools.Origin{tools.FromCRM}},
		{"DeepInside", `{"address":{"street":"via roma, 7"}}`, "address.street", []tools.Origin{tools.FromManager}},
		{"OneOfTheListedValues", `{"meal":"lunch"}`, "meal", []tools.Origin{tools.FromConstant}},
		{"AListedValueThatSomebodySaid", `{"meal":"dinner"}`, "meal", []tools.Origin{tools.FromConstant, tools.FromManager}},
		{"NotAListedValue", `{"meal":"brunch"}`, "meal", []tools.Origin{tools.FromModel}},
		{"NobodysWords", `{"phone":"+390000000000"}`, "phone", []tools.Origin{tools.FromModel}},
		{"NoWords", `{"phone":""}`, "phone", []tools.Origin{tools.FromModel}},
		{"AnArgumentThatIsNotThere", `{"phne":"aperto"}`, "phne", []tools.Origin{tools.FromClient}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := echo().Trace(json.RawMessage(tt.args), []tools.Span{client, manager, crm})
			if len(got) != 1 || !slices.Equal(got[tt.path], tt.want) {
				t.Errorf("got %v, want %s: %v", got, tt.path, tt.want)
			}
		})
	}
}

func TestTaintedIsWhatNobodyVouchesFor(t *testing.T) {
	spans := []tools.Span{
		{Origin: tools.FromClient, Text: "call +39 333 1234567, we are 12, at Via Roma 7"},
		{Origin: tools.FromImage, Text: "no nuts"},
		{Origin: tools.FromManager, Text: "12 guests"},
		{Origin: tools.FromCRM, Text: "Via Roma 7"},
	}
	args := `{"phone":"+393331234567","meal":"lunch","guests":12,"wishes":["No nuts","a quiet table"],"address":{"street":"Via Roma 7"}}`
	got := echo().Trace(json.RawMessage(args), spans).Tainted()
	if want := []string{"phone", "wishes[0]", "wishes[1]"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestArgumentsThatCannotBeReadHaveNoOrigins(t *testing.T) {
	if got := echo().Trace(json.RawMessage(`["a"]`), nil); got == nil || len(got) != 0 {
		t.Errorf("got %v", got)
	}
}
