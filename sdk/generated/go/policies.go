package shortlist

import (
	"time"

	"google.golang.org/grpc/codes"
)

var catalogGetCatalog = &Method{
	FullName:       "/shortlist.v1.CatalogService/GetCatalog",
	Idempotent:     true,
	RetryableCodes: []codes.Code{codes.Unavailable},
	DefaultTimeout: 10 * time.Second,
}

var catalogUpdateCatalog = &Method{
	FullName:       "/shortlist.v1.CatalogService/UpdateCatalog",
	Idempotent:     true,
	RetryableCodes: []codes.Code{codes.Unavailable},
	DefaultTimeout: 10 * time.Second,
}

var catalogGetItem = &Method{
	FullName:       "/shortlist.v1.CatalogService/GetItem",
	Idempotent:     true,
	RetryableCodes: []codes.Code{codes.Unavailable},
	DefaultTimeout: 5 * time.Second,
}

var catalogListItems = &Method{
	FullName:       "/shortlist.v1.CatalogService/ListItems",
	Idempotent:     true,
	RetryableCodes: []codes.Code{codes.Unavailable},
	DefaultTimeout: 10 * time.Second,
}

var catalogCreateItem = &Method{
	FullName:       "/shortlist.v1.CatalogService/CreateItem",
	DefaultTimeout: 10 * time.Second,
}

var catalogUpdateItem = &Method{
	FullName:       "/shortlist.v1.CatalogService/UpdateItem",
	Idempotent:     true,
	RetryableCodes: []codes.Code{codes.Unavailable},
	DefaultTimeout: 10 * time.Second,
}

var catalogDeleteItem = &Method{
	FullName:       "/shortlist.v1.CatalogService/DeleteItem",
	DefaultTimeout: 10 * time.Second,
}

var catalogBatchUpsertItems = &Method{
	FullName:       "/shortlist.v1.CatalogService/BatchUpsertItems",
	Idempotent:     true,
	RetryableCodes: []codes.Code{codes.Unavailable},
	DefaultTimeout: 30 * time.Second,
}

var catalogImportItems = &Method{
	FullName:       "/shortlist.v1.CatalogService/ImportItems",
	DefaultTimeout: 30 * time.Second,
}

var eventsWriteEvent = &Method{
	FullName:       "/shortlist.v1.EventService/WriteEvent",
	Idempotent:     true,
	RetryableCodes: []codes.Code{codes.Unavailable},
	DefaultTimeout: 5 * time.Second,
}

var eventsBatchWriteEvents = &Method{
	FullName:       "/shortlist.v1.EventService/BatchWriteEvents",
	Idempotent:     true,
	RetryableCodes: []codes.Code{codes.Unavailable},
	DefaultTimeout: 10 * time.Second,
}

var eventsStreamEvents = &Method{
	FullName:       "/shortlist.v1.EventService/StreamEvents",
	Idempotent:     true,
	RetryableCodes: []codes.Code{codes.Unavailable},
}

var eventsImportEvents = &Method{
	FullName:       "/shortlist.v1.EventService/ImportEvents",
	DefaultTimeout: 30 * time.Second,
}

var recommendationsRecommend = &Method{
	FullName:          "/shortlist.v1.RecommendationService/Recommend",
	Idempotent:        true,
	RetryableCodes:    []codes.Code{codes.Unavailable},
	DefaultTimeout:    2 * time.Second,
	CacheMaxAge:       5 * time.Second,
	CacheStaleIfError: 24 * time.Hour,
	requestIDField:    "request_id",
}

var recommendationsRecommendSimilar = &Method{
	FullName:          "/shortlist.v1.RecommendationService/RecommendSimilar",
	Idempotent:        true,
	RetryableCodes:    []codes.Code{codes.Unavailable},
	DefaultTimeout:    2 * time.Second,
	CacheMaxAge:       5 * time.Second,
	CacheStaleIfError: 24 * time.Hour,
	requestIDField:    "request_id",
}

var recommendationsListTrending = &Method{
	FullName:          "/shortlist.v1.RecommendationService/ListTrending",
	Idempotent:        true,
	RetryableCodes:    []codes.Code{codes.Unavailable},
	DefaultTimeout:    2 * time.Second,
	CacheMaxAge:       5 * time.Second,
	CacheStaleIfError: 24 * time.Hour,
	requestIDField:    "request_id",
}

var recommendationsRankItems = &Method{
	FullName:       "/shortlist.v1.RecommendationService/RankItems",
	Idempotent:     true,
	RetryableCodes: []codes.Code{codes.Unavailable},
	DefaultTimeout: 2 * time.Second,
	requestIDField: "request_id",
}

var recommendationsComposePage = &Method{
	FullName:          "/shortlist.v1.RecommendationService/ComposePage",
	Idempotent:        true,
	RetryableCodes:    []codes.Code{codes.Unavailable},
	DefaultTimeout:    3 * time.Second,
	CacheMaxAge:       5 * time.Second,
	CacheStaleIfError: 24 * time.Hour,
	requestIDField:    "request_id",
}

var usersGetUser = &Method{
	FullName:       "/shortlist.v1.UserService/GetUser",
	Idempotent:     true,
	RetryableCodes: []codes.Code{codes.Unavailable},
	DefaultTimeout: 5 * time.Second,
}

var usersUpdateUser = &Method{
	FullName:       "/shortlist.v1.UserService/UpdateUser",
	Idempotent:     true,
	RetryableCodes: []codes.Code{codes.Unavailable},
	DefaultTimeout: 5 * time.Second,
}

var usersMergeUsers = &Method{
	FullName:       "/shortlist.v1.UserService/MergeUsers",
	Idempotent:     true,
	RetryableCodes: []codes.Code{codes.Unavailable},
	DefaultTimeout: 10 * time.Second,
}

var usersEraseUser = &Method{
	FullName:       "/shortlist.v1.UserService/EraseUser",
	Idempotent:     true,
	RetryableCodes: []codes.Code{codes.Unavailable},
	DefaultTimeout: 30 * time.Second,
}

var usersExportUser = &Method{
	FullName:       "/shortlist.v1.UserService/ExportUser",
	DefaultTimeout: 30 * time.Second,
}

var explanationsExplainRecommendation = &Method{
	FullName:       "/shortlist.admin.v1.ExplanationService/ExplainRecommendation",
	Idempotent:     true,
	RetryableCodes: []codes.Code{codes.Unavailable},
	DefaultTimeout: 10 * time.Second,
}

var rulesGetRule = &Method{
	FullName:       "/shortlist.admin.v1.RuleService/GetRule",
	Idempotent:     true,
	RetryableCodes: []codes.Code{codes.Unavailable},
	DefaultTimeout: 5 * time.Second,
}

var rulesListRules = &Method{
	FullName:       "/shortlist.admin.v1.RuleService/ListRules",
	Idempotent:     true,
	RetryableCodes: []codes.Code{codes.Unavailable},
	DefaultTimeout: 10 * time.Second,
}

var rulesCreateRule = &Method{
	FullName:       "/shortlist.admin.v1.RuleService/CreateRule",
	DefaultTimeout: 10 * time.Second,
}

var rulesUpdateRule = &Method{
	FullName:       "/shortlist.admin.v1.RuleService/UpdateRule",
	Idempotent:     true,
	RetryableCodes: []codes.Code{codes.Unavailable},
	DefaultTimeout: 10 * time.Second,
}

var rulesDeleteRule = &Method{
	FullName:       "/shortlist.admin.v1.RuleService/DeleteRule",
	DefaultTimeout: 10 * time.Second,
}

var servingConfigsGetServingConfig = &Method{
	FullName:       "/shortlist.admin.v1.ServingConfigService/GetServingConfig",
	Idempotent:     true,
	RetryableCodes: []codes.Code{codes.Unavailable},
	DefaultTimeout: 5 * time.Second,
}

var servingConfigsListServingConfigs = &Method{
	FullName:       "/shortlist.admin.v1.ServingConfigService/ListServingConfigs",
	Idempotent:     true,
	RetryableCodes: []codes.Code{codes.Unavailable},
	DefaultTimeout: 10 * time.Second,
}

var servingConfigsCreateServingConfig = &Method{
	FullName:       "/shortlist.admin.v1.ServingConfigService/CreateServingConfig",
	DefaultTimeout: 10 * time.Second,
}

var servingConfigsUpdateServingConfig = &Method{
	FullName:       "/shortlist.admin.v1.ServingConfigService/UpdateServingConfig",
	Idempotent:     true,
	RetryableCodes: []codes.Code{codes.Unavailable},
	DefaultTimeout: 10 * time.Second,
}

var servingConfigsDeleteServingConfig = &Method{
	FullName:       "/shortlist.admin.v1.ServingConfigService/DeleteServingConfig",
	DefaultTimeout: 10 * time.Second,
}
